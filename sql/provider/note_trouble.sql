-- Written when trouble begins and when it ends, so it is no hot row.
create or replace function logic.note_trouble(p_provider text, p_usable boolean, p_word text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_usable then
        delete from data.provider_troubles where provider = p_provider;
    else
        insert into data.provider_troubles (provider, since, word) values (p_provider, logic.now(), p_word)
        on conflict (provider) do nothing;
    end if;
end
$$;
comment on function logic.note_trouble is 'Notes since when a provider gives no usable answer.';
