// Reads parameters of HTTP calls: text or JSON, checked, with an error that names the parameter.
import { Address } from '@ton/core';
import type { StdAddress } from '../tlb/message.ts';
import { HttpError, type Params } from './server.ts';

export function text(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== 'string' || value === '') throw new HttpError(422, `${name} is missing`);
  return value;
}

export function integer(params: Params, name: string, fallback?: number): number {
  const value = params[name] ?? fallback;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new HttpError(422, `${name} is not a number`);
  return number;
}

/** A number that may exceed 53 bits: text, or JSON's number when small. */
export function big(params: Params, name: string, fallback?: bigint): bigint {
  const value = params[name] ?? fallback;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,78}$/.test(value)) return BigInt(value);
  throw new HttpError(422, `${name} is not a number`);
}

export const has = (params: Params, name: string): boolean =>
  params[name] !== undefined && params[name] !== null && params[name] !== '';

export function base64(params: Params, name: string): Buffer {
  const value = text(params, name);
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) throw new HttpError(422, `${name} is not base64`);
  return Buffer.from(value, 'base64');
}

/** 32 bytes as 64 hexadecimal digits or base64. */
export function hash(params: Params, name: string): string {
  const value = text(params, name);
  if (/^[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase();
  const bytes = base64(params, name);
  if (bytes.length !== 32) throw new HttpError(422, `${name} is not a hash`);
  return bytes.toString('hex');
}

export function address(params: Params, name: string): { friendly: Address; std: StdAddress } {
  try {
    const friendly = Address.parse(text(params, name));
    if (friendly.workChain !== 0 && friendly.workChain !== -1) throw new HttpError(422, `${name}: no such workchain`);
    return { friendly, std: { workchain: friendly.workChain, hash: friendly.hash.toString('hex') } };
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(422, `${name} is not an address`);
  }
}
