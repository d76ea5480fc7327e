-- By the index of leases and that of running chats, so that it reads only mitras who are reachable.
create or replace function logic.availability()
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_capacity integer := logic.setting_integer('max_customers_per_mitra');
    v_count bigint := (
        select count(*)
        from data.mitras m
        where m.reachable_until > logic.now()
            and (
                select count(*) from data.chat_sessions c where c.mitra_id = m.id and c.status = 'active'
            ) < v_capacity
    );
begin
    return jsonb_build_object('available', v_count > 0, 'count', v_count, 'at', logic.now());
end
$$;
comment on function logic.availability is
    'How many mitras are available: {available, count, at}.';
