BEGIN TRANSACTION ISOLATION LEVEL repeatable read READ ONLY;
%%
COMMIT;
%%
select "name", "total" from "shop"."orders" inner join "shop"."parts" on "orders"."part" = "parts"."id" where "total" > $1 order by "orders"."id" asc limit $2
%%
select * from "shop"."sales"
%%
select * from information_schema.columns where table_name = $1 and column_name = $2 and table_schema = $3
%%
select * from information_schema.columns where table_name = $1 and table_catalog = current_database() and table_schema = $2
%%
select * from information_schema.tables where table_name = $1 and table_schema = $2
%%
select count(*), avg("many") from "shop"."parts" limit $1
%%
select version();
