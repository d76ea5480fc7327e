create or replace function logic.presence_rank(p_mitra data.mitras)
returns integer
language sql stable security invoker
as $$ select case when not p_mitra.declared_online then 3 when p_mitra.reachable_until > logic.now() then 1 else 2 end $$;
comment on function logic.presence_rank is 'A mitra''s place on the board: 1 online, 2 unreachable, 3 offline.';
