-- 0010 Failures to sign in: what is collected no longer counts the first one, which the ledger was told at once.

update sign_in_failures set failures = failures - 1;
delete from sign_in_failures where failures <= 0;
