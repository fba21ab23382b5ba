import { type Fault, fault, type Path } from '../fault.ts';
import type { Salvaged } from '../salvage.ts';
import type { ConnectionFile } from '../schema/configuration.ts';

type Addressed = Pick<Salvaged<ConnectionFile>, 'baseUrl' | 'tls' | 'ca' | 'user' | 'password'>;

/** What does not go together in how a server is reached over HTTP: an https address is always verified, http never is. */
export function checkAddress(reached: Addressed, who: string, path: Path): Fault[] {
  const { baseUrl, tls, ca, user, password } = reached;
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return [];
  const url = new URL(baseUrl);
  const isPlain = url.protocol === 'http:';
  const faults: Fault[] = [];
  if (url.username !== '' || url.password !== '')
    faults.push(fault([...path, 'baseUrl'], `holds a login of ${who}; give it as user and password`));
  if (url.search !== '' || url.hash !== '')
    faults.push(
      fault([...path, 'baseUrl'], `ends behind the path: what follows "?" or "#" is not taken (${who})`),
    );
  if (tls === 'off' && !isPlain)
    faults.push(fault([...path, 'tls'], `off goes with an http address only, and that of ${who} is https`));
  if (isPlain && (tls === 'verify' || ca !== undefined))
    faults.push(
      fault(
        [...path, tls === 'verify' ? 'tls' : 'ca'],
        `needs an https address: with http, what is said to ${who} is not encrypted`,
      ),
    );
  if (user !== undefined && password === undefined)
    faults.push({ ...fault(path, `${who} has a user and no password`), lacks: ['password'] });
  if (user === undefined && password !== undefined)
    faults.push({ ...fault(path, `${who} has a password and no user`), lacks: ['user'] });
  return faults;
}
