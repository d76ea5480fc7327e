create or replace function logic.presence_counts()
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'online', count(*) filter (where reachable_until > logic.now()),
            'unreachable', count(*) filter (where reachable_until > logic.now() is not true)
        )
        from data.mitras
        where declared_online
    );
end
$$;
comment on function logic.presence_counts is 'How many mitras are online, and how many unreachable.';
