create or replace function logic.provider()
returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select provider from data.money_source);
end
$$;
comment on function logic.provider is 'Who takes new payments: pretend, midtrans or xendit.';
