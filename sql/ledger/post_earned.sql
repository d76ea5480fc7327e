-- All minutes that a chat was sold count as given, however it ended.
-- Locks: the mitra's account.
create or replace function logic.post_earned(p_chat data.chat_sessions, p_event_id bigint)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_payment data.payment_sessions;
    v_split record;
begin
    for v_payment in
        select p.*
        from data.payment_sessions p
        where p.charged_at is not null and p.id = any (
            array(
                select x.payment_session_id
                from data.extensions x
                where x.chat_session_id = p_chat.id and x.status in ('approved', 'auto_approved')
            ) || p_chat.payment_session_id
        )
        order by p.id
    loop
        v_split := logic.split_of(v_payment.amount, v_payment.consumed_at);
        perform logic.post(
            'tax', v_payment.id, logic.account('prepaid'), logic.account('tax'), v_split.tax, v_payment.id, p_event_id
        );
        perform logic.post(
            'share', v_payment.id, logic.account('prepaid'), logic.account_of_mitra(p_chat.mitra_id), v_split.share,
            v_payment.id, p_event_id
        );
        perform logic.post(
            'revenue', v_payment.id, logic.account('prepaid'), logic.account('revenue'), v_split.revenue, v_payment.id,
            p_event_id
        );
    end loop;
end
$$;
comment on function logic.post_earned is 'Posts what the minutes of a chat that ended just now earned: tax, mitra''s share, revenue.';
