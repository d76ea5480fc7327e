create or replace function control_center.list_prices(p_operator_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    return jsonb_build_object(
        'tiers', (
            select coalesce(jsonb_agg(
                to_jsonb(t) - 'active' order by t.for_extension, t.duration_minutes, t.retired_at desc nulls first, t.id
            ), '[]')
            from data.price_tiers t
        ),
        'rates', (select coalesce(jsonb_agg(to_jsonb(r) order by r.kind, r.valid_from desc), '[]') from data.rates r)
    );
end
$$;
comment on function control_center.list_prices is
    'Every price that is or was sold, and the dated rates: {tiers, rates}. For viewers. Refuses operator_unknown.';
