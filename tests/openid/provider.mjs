// A real OpenID provider for the tests: node provider.mjs PORT REDIRECT_URI. Whoever signs in there is called as they say.
import { Provider } from 'oidc-provider';

const [port, redirectUri] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'headgate', client_secret: 'kept-for-tests-only', redirect_uris: [redirectUri] }],
  pkce: { required: () => true },
  cookies: { keys: ['kept-for-tests-only'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      preferred_username: id,
      email: `${id}@district.test`,
      email_verified: !id.startsWith('new'),
    }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
