create or replace view control_center.reconciliation as
select d.day,
    coalesce(sum(d.credited) filter (where a.kind = 'prepaid' and d.kind = 'paid'), 0) as paid,
    coalesce(sum(d.credited) filter (where a.kind = 'prepaid' and d.kind in ('spent', 'taken')), 0) as paid_with_credit,
    coalesce(sum(d.credited) filter (where a.kind = 'revenue' and d.kind = 'revenue'), 0) as revenue,
    coalesce(sum(d.debited) filter (where a.kind = 'prepaid' and d.kind = 'share'), 0) as mitra_share,
    coalesce(sum(d.credited) filter (where a.kind = 'tax'), 0) as tax,
    coalesce(sum(d.credited) filter (where a.kind = 'refunds_in_transit'), 0) as refunds_decided,
    coalesce(sum(d.credited) filter (where a.kind = 'clearing' and d.kind = 'refunded'), 0) as refunded,
    coalesce(sum(d.debited) filter (where a.kind = 'prepaid' and d.kind = 'credited'), 0) as credited,
    coalesce(sum(d.credited) filter (where a.kind = 'revenue' and d.kind = 'kept'), 0) as kept,
    coalesce(sum(d.debited) filter (where a.kind = 'loss'), 0) as gifts,
    coalesce(sum(d.credited - d.debited) filter (where a.kind = 'prepaid'), 0) as prepaid_change
from data.account_days d
join data.accounts a on a.id = d.account_id
group by d.day;
comment on view control_center.reconciliation is
    'What the money of each day in Jakarta came to, in rupiah, up to five minutes ago: paid is new money, the rest is where it went. prepaid_change: what became open less what was settled.';
