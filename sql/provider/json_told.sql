create or replace function logic.json_told(p_text text)
returns jsonb
language plpgsql immutable security definer set search_path = ''
as $$
begin
    return coalesce(p_text::jsonb, '{}');
exception when invalid_text_representation or untranslatable_character then
    return '{}';
end
$$;
comment on function logic.json_told is 'A text from outside as JSON; {} when it is none.';
