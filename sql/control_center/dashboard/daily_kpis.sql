create or replace view control_center.daily_kpis as select * from data.daily_figures;
comment on view control_center.daily_kpis is 'The figures of each day in Jakarta, from the roll-up. Amounts in rupiah, times in seconds.';
