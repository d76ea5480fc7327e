create or replace function logic.append_price_event(p_old data.price_tiers, p_new data.price_tiers, p_who text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.append_event(
        'PRICE_CHANGED', 'price_tier', coalesce(p_new.id, p_old.id), null, null, null, null, 'operator:' || p_who,
        jsonb_build_object(
            'for_extension', coalesce(p_new.for_extension, p_old.for_extension),
            'duration_minutes', coalesce(p_new.duration_minutes, p_old.duration_minutes),
            'amount', p_new.amount,
            'old_amount', p_old.amount,
            'is_free_trial', p_new.is_free_trial
        )
    );
end
$$;
comment on function logic.append_price_event is 'The event of a price that was set or retired.';
