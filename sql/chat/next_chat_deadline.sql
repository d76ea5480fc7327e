-- The warnings come five minutes and one minute before the end. One that fell due since p_since is due now.
create or replace function logic.next_chat_deadline(p_ends_at timestamptz, p_since timestamptz)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(min(d.at), p_ends_at)
        from unnest(array[
            p_ends_at - interval '5 minutes', p_ends_at - interval '1 minute', p_ends_at
        ]) as d (at)
        where d.at > p_since
    );
end
$$;
comment on function logic.next_chat_deadline is 'What a chat does next by itself, after p_since: when it warns of its end, or ends.';
