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

const provider = new Provider(`https://localhost:${port}`, {
  jwks: JSON.parse(readFileSync(keysFile)),
  clients: [
    client("migrator", "RS256", ["dba"]),
    client("reader", "ES256", ["data-eu"]),
    client("stranger", "EdDSA", ["guests"]),
  ],
  extraClientMetadata: { properties: ["token_alg", "groups"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  extraTokenClaims: (_, token) => ({ groups: token.client.groups }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource, asking) => ({
        audience: resource.replace("urn:", ""), scope: "", accessTokenFormat: "jwt",
        accessTokenTTL: 600, jwt: { sign: { alg: asking.token_alg } },
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
