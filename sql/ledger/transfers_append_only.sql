create or replace trigger transfers_append_only
before update or delete on data.transfers
for each row execute function logic.guard_transfers();
