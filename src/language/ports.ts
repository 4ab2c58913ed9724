import { type Reading, read, refuse } from '../core/errors.ts';
import { nearest } from './suggest.ts';

/** Service names that people say for ports (IANA's, and the short forms in use). */
export const services: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  sftp: 22,
  telnet: 23,
  smtp: 25,
  dns: 53,
  http: 80,
  kerberos: 88,
  pop3: 110,
  ntp: 123,
  imap: 143,
  ldap: 389,
  https: 443,
  smb: 445,
  cifs: 445,
  syslog: 514,
  smtps: 465,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  mssql: 1433,
  sqlserver: 1433,
  sql: 1433,
  oracle: 1521,
  nfs: 2049,
  zookeeper: 2181,
  mysql: 3306,
  mariadb: 3306,
  rdp: 3389,
  postgres: 5432,
  postgresql: 5432,
  pgsql: 5432,
  amqps: 5671,
  amqp: 5672,
  rabbitmq: 5672,
  winrm: 5985,
  redis: 6379,
  rediss: 6380,
  kubernetes: 6443,
  kafka: 9092,
  elasticsearch: 9200,
  memcached: 11211,
  mongodb: 27017,
  mongo: 27017,
};

export function portOfService(name: string): number | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(services, lower) ? services[lower] : undefined;
}

/** A port as typed: a number from 1 to 65535, with or without a colon before it, or the name of a service. */
export function readPort(text: string): Reading<number> {
  const bare = text.startsWith(':') ? text.slice(1) : text;
  if (/^\d{1,9}$/.test(bare)) {
    const port = Number(bare);
    return port >= 1 && port <= 65535 ? read(port) : refuse('PORT_INVALID', { text });
  }
  const known = portOfService(bare);
  if (known !== undefined) return read(known);
  const meant = /^[a-z]/i.test(bare) ? nearest(bare, Object.keys(services)) : [];
  return refuse('PORT_INVALID', { text }, { suggestions: meant });
}
