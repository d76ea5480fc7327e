-- A chat that began more than a week earlier is over; the bound keeps long histories out.
create or replace function logic.chats_between(p_mitra_id uuid, p_since timestamptz, p_until timestamptz)
returns data.chat_sessions[]
language plpgsql stable security definer set search_path = ''
as $$
begin
    return array(
        select c
        from data.chat_sessions c
        where c.mitra_id = p_mitra_id and c.started_at < p_until and c.started_at > p_since - interval '7 days'
            and coalesce(c.ended_at, 'infinity') > p_since
    );
end
$$;
comment on function logic.chats_between is 'The chats of a mitra that ran between two times.';
