import { describe, expect, it } from 'vitest';

import {
  cacheDataSourcesOf,
  dropsInCascade,
  isRepeatableStatement,
  singleUserModeOf,
} from '../../../src/domain/vql/meaning.ts';
import { readVql, type VqlStatement } from '../../../src/domain/vql/script.ts';

describe('a VQL statement may be executed again', () => {
  it.each([
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    "create or /* not */ replace folder '/x'",
    'CREATE OR REPLACE VQL PROCEDURE p () AS (a INT;) BEGIN a := 1; END',
    'DROP VIEW IF EXISTS v CASCADE',
    'CONNECT DATABASE sales',
    'ENTER SINGLE USER MODE',
    'EXIT SINGLE USER MODE',
    "ALTER DATASOURCE JDBC ds DATABASEURI = 'jdbc:x'",
    'ALTER VIEW v LAYOUT (a = [1, 2])',
    'DESC VQL DATABASE sales',
  ])('%s', (text) => {
    expect(isRepeatableStatement(one(text))).toBe(true);
  });

  it.each([
    'CREATE VIEW v AS SELECT 1',
    'DROP VIEW v',
    'DROP VIEW "IF EXISTS"',
    "DROP VIEW v 'IF EXISTS'",
    'ALTER VIEW v RENAME w',
    'ALTER VIEW v ADD COLUMN a',
    'ALTER VIEW v ${what} w',
    'ALTER USER u GRANT ADMIN',
    'INSERT INTO v VALUES (1)',
    'CALL refresh()',
    'SELECT * FROM CREATE_REMOTE_TABLE()',
    'DELETE FROM v',
    'FROBNICATE',
    '${everything}',
  ])('but not %s', (text) => {
    expect(isRepeatableStatement(one(text))).toBe(false);
  });
});

describe('cache data sources of a script (D-60)', () => {
  it('are named with the database in which they are made', () => {
    const script = `
      CREATE OR REPLACE DATASOURCE JDBC vdpcachedatasource DATABASEURI = 'jdbc:a';
      CONNECT DATABASE denodo_training;
      CREATE DATASOURCE JDBC "customvdpcachedatasource" DATABASEURI = 'jdbc:b';
      CREATE OR REPLACE DATASOURCE JDBC other.customvdpcachedatasource DATABASEURI = 'jdbc:b';
      CREATE OR REPLACE DATASOURCE JDBC plain DATABASEURI = 'jdbc:vdpcachedatasource';
      CREATE OR REPLACE WRAPPER JDBC w DATASOURCENAME = vdpcachedatasource;
      DROP DATASOURCE JDBC vdpcachedatasource;`;
    expect(cacheDataSourcesOf(statements(script))).toEqual([
      'admin.vdpcachedatasource',
      'denodo_training.customvdpcachedatasource',
      'other.customvdpcachedatasource',
    ]);
  });

  it('are also those that a database is told to use, whatever they are called', () => {
    const script = `ALTER DATABASE sales CHARSET UNICODE CACHE ON DATASOURCE anothercachedatasource;
      ALTER DATABASE sales CACHE ON ( DATASOURCE = JDBC shared.third );
      ALTER DATABASE sales CACHE OFF;
      ALTER DATABASE sales AUTHENTICATION LDAP sales.ldap;`;
    expect(cacheDataSourcesOf(statements(script))).toEqual(['sales.anothercachedatasource', 'shared.third']);
  });
});

describe('what is recognised by its words', () => {
  it('is single user mode, entered and left, and never its name in a literal', () => {
    expect(singleUserModeOf(one('enter  single -- x\n user mode'))).toBe('enter');
    expect(singleUserModeOf(one('EXIT SINGLE USER MODE'))).toBe('exit');
    expect(singleUserModeOf(one("SET 'ENTER SINGLE USER MODE'"))).toBeNull();
  });

  it('is a drop that takes along what is built on it', () => {
    expect(dropsInCascade(one('DROP VIEW IF EXISTS v cascade'))).toBe(true);
    expect(dropsInCascade(one('DROP VIEW IF EXISTS "CASCADE"'))).toBe(false);
    expect(dropsInCascade(one("CREATE OR REPLACE VIEW v AS SELECT 'DROP VIEW x CASCADE'"))).toBe(false);
  });
});

function one(text: string): VqlStatement {
  const [statement] = statements(text);
  if (!statement) throw new Error('no statement');
  return statement;
}

function statements(text: string): VqlStatement[] {
  const found = readVql(text);
  if (!found.ok) throw new Error(found.fault);
  return found.value.statements;
}
