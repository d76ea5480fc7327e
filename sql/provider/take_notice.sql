-- One insert, so that the provider has its answer at once. It moves no money: it makes the listener ask.
create or replace function api.take_notice(p_provider text, p_dedupe_key text, p_about text, p_body text, p_proven boolean)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if not p_proven then
        insert into data.refused_notices as r (provider, day, times, last_at, last_body)
        values (p_provider, logic.day_of(logic.now()), 1, logic.now(), left(p_body, 2000))
        on conflict (provider, day) do update
        set times = r.times + 1, last_at = excluded.last_at, last_body = excluded.last_body;
        return jsonb_build_object('taken', false);
    end if;
    insert into data.provider_notices (provider, dedupe_key, about, body, received_at)
    values (
        p_provider, p_dedupe_key,
        case when p_about ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then p_about::uuid end,
        p_body, logic.now()
    )
    on conflict (provider, dedupe_key) do nothing;
    return jsonb_build_object('taken', true);
end
$$;
comment on function api.take_notice is
    'Keeps a provider''s notice, once for each p_dedupe_key, or counts one whose origin was not proven: {taken}. p_about: the order id that it names.';
