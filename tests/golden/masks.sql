-- What the server's own functions make of values that are masked: the lines of masks.txt.
--   psql -qf masks.sql > masks.txt
-- A line: kind, argument, value in text, in binary, result in text, in binary.
SET timezone = 'Europe/Berlin';
SET extra_float_digits = 1;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '|'
SELECT 'date', u, v::date, encode(date_send(v::date), 'hex'),
  date_trunc(u, v::timestamp)::date, encode(date_send(date_trunc(u, v::timestamp)::date), 'hex')
FROM unnest(array['year', 'quarter', 'month', 'week']) u,
  unnest(array['2024-02-29', '1999-12-31', '2000-01-01', '0044-03-15 BC', '0001-01-01 BC',
    '10000-07-04']) v;
SELECT 'timestamp', u, v::timestamp, encode(timestamp_send(v::timestamp), 'hex'),
  date_trunc(u, v::timestamp), encode(timestamp_send(date_trunc(u, v::timestamp)), 'hex')
FROM unnest(array['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second']) u,
  unnest(array['2024-08-29 13:47:59.123456', '1999-12-31 23:59:59.9',
    '0044-03-15 01:02:03.000004 BC', 'infinity', '-infinity']) v;
-- In text as the session's time zone has it, in binary as UTC has it.
SELECT 'timestamptz', u, v::timestamptz, encode(timestamptz_send(v::timestamptz), 'hex'),
  date_trunc(u, v::timestamptz),
  encode(timestamptz_send(date_trunc(u, v::timestamptz, 'UTC')), 'hex')
FROM unnest(array['week', 'day', 'minute']) u,
  unnest(array['2024-08-29 13:47:59.123456+00', '1850-06-07 12:00:00+00']) v;
SELECT 'numeric', p, v, encode(numeric_send(v::numeric), 'hex'),
  round(v::numeric, p), encode(numeric_send(round(v::numeric, p)), 'hex')
FROM unnest(array['0', '12345.6789', '-12345.6789', '99999.995', '-0.4', '0.00049', '0.5', '5',
    '50', '9999', '99999999', '100000000000000000000', '123456789012345678901234567890.123456789',
    '0.0001', 'NaN', 'Infinity', '-Infinity', '10000', '19999.9999']) v,
  unnest(array[2, 0, -1, -2, -4, -5, 3, 5]) p;
-- Rounded to more places than they have: only how they are written counts.
SELECT 'float8', 30, v::float8, encode(float8send(v::float8), 'hex'), v::float8,
  encode(float8send(v::float8), 'hex')
FROM unnest(array['0', '1', '0.1', '1e15', '1e14', '123456789012345678', '0.0001', '0.00001',
  '3.4e38', '1e-20', '100000', '1000000', 'NaN', 'Infinity', '-Infinity', '-1234.5678']) v;
SELECT 'float4', 30, v::float4, encode(float4send(v::float4), 'hex'), v::float4,
  encode(float4send(v::float4), 'hex')
FROM unnest(array['0', '1', '0.1', '1e15', '123456789012345678', '0.0001', '0.00001', '3.4e38',
  '1e-20', '100000', '999999', '1000000', '1234567', 'NaN', 'Infinity', '-Infinity', '2.5',
  '-1234.5678']) v;
SELECT 'int8', p, v, encode(int8send(v), 'hex'), round(v::numeric, p)::int8,
  encode(int8send(round(v::numeric, p)::int8), 'hex')
FROM unnest(array[0, 49, 50, -50, -49, 149, 151, -2147483648, 9223372036854775000]::int8[]) v,
  unnest(array[-1, -2, -3]) p;
