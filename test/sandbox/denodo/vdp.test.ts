import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { startVdp, type Vdp, type VdpOptions } from '../../../src/sandbox/denodo/start-vdp.ts';
import { makeCertificate } from '../../helpers/certificates.ts';

let vdp: Vdp;
const clients: pg.Client[] = [];

async function open(options: VdpOptions = {}): Promise<pg.Client> {
  vdp = await startVdp(options);
  return await connect();
}

async function connect(password = 'deploy', ca?: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: vdp.port,
    user: 'deploy',
    password,
    database: 'admin',
    ssl: ca === undefined ? false : { ca },
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end().catch(() => undefined);
  await vdp.stop();
});

describe('the stand-in of a Virtual DataPort server', () => {
  it.each(['trust', 'cleartext', 'md5'] as const)(
    'lets a client of PostgreSQL in by %s',
    async (password) => {
      const client = await open({ password });
      expect((await client.query('SELECT 1')).rows).toEqual([{ '1': '1' }]);
      if (password !== 'trust')
        await expect(connect('wrong')).rejects.toThrow('The username or password is incorrect');
    },
  );

  it('speaks TLS where it has a certificate, and says that it does not where it has none', async () => {
    const { key, cert } = makeCertificate('IP:127.0.0.1');
    await open({ tls: { key, cert } });
    const client = await connect('deploy', cert);
    expect((await client.query('SELECT 1')).rows).toHaveLength(1);
    await expect(connect('deploy', '')).rejects.toThrow(/self-signed|certificate/);
    await vdp.stop();
    await open();
    await expect(connect('deploy', cert)).rejects.toThrow('does not support SSL');
  });

  it.each([
    ['FROBNICATE x', "Syntax error: Exception parsing query near 'FROBNICATE'"],
    ['SELECT 1; SELECT 1', "Syntax error: Exception parsing query near ';'"],
    ['BEGIN', "Syntax error: Exception parsing query near 'BEGIN'"],
    ['CONNECT DATABASE nowhere', "Database 'nowhere' not found"],
    ['CREATE VIEW v AS SELECT * FROM nothing', "View 'nothing' not found"],
    ['DROP VIEW v', "Element 'v' not found"],
    ['EXIT SINGLE USER MODE', 'The server is not in single user mode'],
  ])('refuses what it does not know: %s', async (statement, reason) => {
    const client = await open();
    await expect(client.query(statement)).rejects.toThrow(reason);
    expect(vdp.log).toMatchObject([{ text: statement, outcome: reason, user: 'deploy', connection: 1 }]);
  });

  it('refuses a prepared statement: its protocol is the simple one', async () => {
    const client = await open();
    await expect(client.query('SELECT $1', [1])).rejects.toThrow('send simple queries');
  });

  it('remembers what is created, replaced and dropped, and describes it so that it can be made again', async () => {
    const client = await open();
    for (const statement of [
      'CREATE DATABASE sales',
      'CONNECT DATABASE sales',
      "CREATE FOLDER '/x'",
      "CREATE DATASOURCE JDBC ds DATABASEURI = 'jdbc:a'",
      'CREATE VIEW a AS SELECT 1',
      "CREATE VIEW b AS SELECT 'from nowhere' FROM a",
      'CREATE OR REPLACE VIEW a AS SELECT 2',
      'CREATE OR REPLACE VQL PROCEDURE p () AS (a INT;) BEGIN a := 1; END',
    ])
      await client.query(statement);
    await expect(client.query('CREATE VIEW a AS SELECT 3')).rejects.toThrow('Duplicate object identifier');
    await expect(client.query('DROP VIEW a')).rejects.toThrow("it is used by 'b'");
    const options = "('includeCreateDatabase'='yes','dropElements'='no','replaceExistingElements'='yes')";
    const { rows } = await client.query<{ result: string }>(`DESC VQL DATABASE sales ${options}`);
    const script = rows[0]?.result ?? '';
    expect(script).toContain("CREATE OR REPLACE DATABASE sales '';\nCONNECT DATABASE sales;");
    expect(script).toContain('CREATE OR REPLACE VIEW a AS SELECT 2;');
    expect(script).not.toContain('DROP');
    const standard = await client.query<{ result: string }>('DESC VQL DATABASE sales');
    expect(standard.rows[0]?.result).toContain('DROP VIEW IF EXISTS a CASCADE;\nCREATE VIEW a AS SELECT 2;');
    await client.query('DROP VIEW a CASCADE');
    expect([...(vdp.model.databases.get('sales')?.elements.keys() ?? [])]).toEqual([
      'folder /x',
      'datasource jdbc ds',
      'vql procedure p',
    ]);
  });

  it('is one client’s alone in single user mode: others wait, and go on when it is left or its connection ends', async () => {
    const first = await open();
    const second = await connect();
    await first.query('ENTER SINGLE USER MODE');
    const waiting = second.query('SELECT 1');
    await first.query('CREATE VIEW v AS SELECT 1');
    expect(vdp.log.map(({ outcome }) => outcome)).toEqual(['ok', null, 'ok']);
    await first.query('EXIT SINGLE USER MODE');
    await waiting;
    await second.query('ENTER SINGLE USER MODE');
    const late = first.query('SELECT 1');
    await second.end();
    await late;
    expect(vdp.singleUser()).toBeNull();
  });
});
