// provider.mjs PORT CERTIFICATE KEY KEYS : oidc-provider on https://localhost:PORT. Signs with the
// keys in the file KEYS, and makes new ones if it is not there. Each request is a line of output.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";

import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const [port, certificate, key, keysFile] = process.argv.slice(2);

async function makeKeys() {
  const keys = [];
  for (const alg of ["RS256", "ES256", "EdDSA"]) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    const kid = `${alg}-${Math.random().toString(36).slice(2)}`;
    keys.push({ ...(await exportJWK(privateKey)), alg, kid, use: "sig" });
  }
  return { keys };
}

if (!existsSync(keysFile)) writeFileSync(keysFile, JSON.stringify(await makeKeys()));

// A workload for each group that the tests know.
function client(id, alg, groups) {
  return {
    client_id: id, client_secret: `the secret of ${id}`, grant_types: ["client_credentials"],
    redirect_uris: [], response_types: [], token_endpoint_auth_method: "client_secret_post",
    token_alg: alg, groups,
  };
}

// The command line, which people sign in with. Its tokens are so short that each use renews them.
const commandLine = {
  client_id: "portreeve-cli", token_endpoint_auth_method: "none", application_type: "native",
  grant_types: ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
  redirect_uris: [], response_types: [], token_alg: "ES256",
};
const people = { ana: ["data-eu"], dora: ["dba"] };

const provider = new Provider(`https://localhost:${port}`, {
  jwks: JSON.parse(readFileSync(keysFile)),
  clients: [
    client("migrator", "RS256", ["dba"]),
    client("reader", "ES256", ["data-eu"]),
    client("stranger", "EdDSA", ["guests"]),
    commandLine,
  ],
  extraClientMetadata: { properties: ["token_alg", "groups"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  extraTokenClaims: (_, token) => ({ groups: token.client.groups ?? people[token.accountId] }),
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: (_, asking) => asking.grantTypeAllowed("refresh_token"),
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource, asking) => ({
        audience: resource.replace("urn:", ""), scope: "", accessTokenFormat: "jwt",
        accessTokenTTL: asking.clientId === commandLine.client_id ? 50 : 600,
        jwt: { sign: { alg: asking.token_alg } },
      }),
    },
  },
});

const answer = provider.callback();
const files = { cert: readFileSync(certificate), key: readFileSync(key) };
createServer(files, (request, response) => {
  console.log(`${request.method} ${request.url}`);
  answer(request, response);
}).listen(Number(port), "localhost");
