-- The price includes the tax: at 11 % the tax is 11/111 of it. Both roundings favour whoever is not the house.
create or replace function logic.split_of(p_amount integer, p_at timestamptz, out tax integer, out share integer, out revenue integer)
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_tax_percent numeric := logic.rate_at('tax', p_at);
begin
    tax := ceil(p_amount * v_tax_percent / (100 + v_tax_percent));
    share := ceil((p_amount - tax) * logic.rate_at('mitra_share', p_at) / 100);
    revenue := p_amount - tax - share;
end
$$;
comment on function logic.split_of is 'How the price of minutes that were given is divided: tax, mitra''s share, revenue, by the rates of the day they were bought.';
