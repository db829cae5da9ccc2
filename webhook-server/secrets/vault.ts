import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

/** The place of a sealed value, for example `hook/hok_1/target_url`. A value moved to another place does not open. */
export type Place = string;

export type Vault = {
  /** Names the key without telling anything about it. */
  keyId: string;
  seal(secret: Secret, place: Place): string;
  /** @throws SealBroken when the value was sealed with another key, at another place, or was altered. */
  open(sealed: string, place: Place): Secret;
  /** A keyed hash (hex) to look a secret up by. The same text hashes differently for another purpose. */
  hash(secret: Secret, purpose: string): string;
};

export class SealBroken extends Error {
  override readonly name = 'SealBroken';

  constructor(place: Place, options?: ErrorOptions) {
    super(
      `The sealed value at ${place} does not open with this ENCRYPTION_KEY. Start the server with the key that it was sealed with.`,
      options,
    );
  }
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `topo-for-zapier/${purpose}`, 32));

/**
 * Seals with AES-256-GCM. A sealed value reads `v1.<key id>.<nonce, ciphertext and tag in base64url>`; its place is
 * authenticated with it.
 *
 * @param key 32 random bytes. The keys for sealing and for hashing are derived from it.
 */
export const createVault = (key: Buffer): Vault => {
  const sealingKey = derive(key, 'seal');
  const hashingKey = derive(key, 'hash');
  const keyId = derive(key, 'id').toString('hex').slice(0, 8);
  const prefix = `v1.${keyId}.`;

  return {
    keyId,

    seal(secret, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(place));
      const ciphertext = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
    },

    open(sealed, place) {
      if (!sealed.startsWith(prefix)) throw new SealBroken(place);
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
      if (bytes.length < nonceBytes + tagBytes) throw new SealBroken(place);
      try {
        const decipher = createDecipheriv(algorithm, sealingKey, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(Buffer.from(place))
          .setAuthTag(bytes.subarray(-tagBytes));
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
        return new Secret(text.toString('utf8'));
      } catch (cause) {
        throw new SealBroken(place, { cause });
      }
    },

    hash(secret, purpose) {
      return createHmac('sha256', hashingKey).update(`${purpose}\n${secret.reveal()}`).digest('hex');
    },
  };
};
