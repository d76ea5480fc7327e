create or replace function logic.failure_csv_head()
returns text
language sql immutable security invoker
as $$
    select 'id,waktu_wib,pelanggan,telepon,bestie_dituju,sebab,jumlah_rp,durasi_menit,perpanjangan,uang_kembali,'
        || 'perlu_tindakan,digantikan,tindakan,oleh,waktu_tindakan_wib,catatan,sesi_pembayaran' || E'\r\n'
$$;
comment on function logic.failure_csv_head is 'The first line of a CSV file of failures.';
