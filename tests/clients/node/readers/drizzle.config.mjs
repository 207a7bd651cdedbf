// drizzle-kit: from which database it pulls, and where it writes what it found.
const { PGUSER, PGPASSWORD, PGHOST, PGPORT, PGDATABASE, PGOPTIONS, HOME } = process.env;
const options = encodeURIComponent(PGOPTIONS);

export default {
  dialect: "postgresql",
  dbCredentials: {
    url: `postgresql://${PGUSER}:${PGPASSWORD}@${PGHOST}:${PGPORT}/${PGDATABASE}?options=${options}`,
  },
  schemaFilter: ["public", "shop"],
  entities: { roles: true },
  out: `${HOME}/drizzle`,
};
