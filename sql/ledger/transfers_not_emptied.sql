create or replace trigger transfers_not_emptied
before truncate on data.transfers
for each statement execute function logic.guard_transfers();
