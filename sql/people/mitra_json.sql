create or replace function logic.mitra_json(p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select jsonb_build_object('id', id, 'display_name', display_name) from data.mitras where id = p_mitra_id);
end
$$;
comment on function logic.mitra_json is 'What a customer may see of a mitra: {id, display_name}.';
