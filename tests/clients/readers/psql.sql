\d
\d public.customers
\d+ shop.orders
\d+ shop.parts
\d+ shop.sales
\d+ shop.sales_old
\d+ shop.rare
\d+ shop.recent
\d+ shop.counts
\d+ shop.numbers
\d+ shop.orders_pkey
\d shop.place
\dt *.*
\dt+ shop.*
\dv+ shop.*
\dm+
\ds+ shop.*
\di+ shop.*
\df
\df+ shop.*
\dfa shop.*
\sf shop.twice
\sf+ shop.tidy
\sv shop.recent
\ev nothing
\dT
\dT+ shop.*
\dD+ shop.*
\dn
\dn+
\du
\du+
\dg
\dp
\dp shop.*
\ddp
\l
\l+
\db+
\dx+
\dC+ int4
\dc+ shop.*
\do @>
\do+ shop.*
\da max
\da+ shop.*
\dA+
\dAc btree int4
\dAf btree int4
\dAo btree integer_ops
\dAp btree integer_ops
\dS+ pg_class
\dL+
\dew+
\des+
\deu+
\det+
\dE
\dP+
\dPi
\dRp+
\dRs+
\drds
\dX
\dy+
\dF+
\dFd+
\dFp+
\dFt+
\dconfig *work_mem
\dconfig+ *work_mem
\dd
\dl
\dO+ pg_catalog.C
\z public.*
\encoding
\crosstabview
SELECT id, name, placed FROM shop.orders JOIN shop.parts USING (id) \gdesc
SELECT count(*) FROM shop.orders;
\set FETCH_COUNT 7
SELECT * FROM shop.parts;
\copy shop.parts TO pstdout
\copy (SELECT * FROM shop.recent) TO pstdout WITH (FORMAT csv, HEADER)
