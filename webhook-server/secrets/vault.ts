import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

/** What a sealed value is bound to, for example `hook/hok_1/target_url`. It opens with exactly the same text. */
export type AssociatedData = string;

export type Vault = {
  /** Identifies the encryption key and reveals nothing about it. */
  keyId: string;
  seal(secret: Secret, associatedData: AssociatedData): string;
  /** @throws SealBroken when the key or the associated data is another one, or the value was altered. */
  open(sealed: string, associatedData: AssociatedData): Secret;
  /** A keyed hash (hex) to look a secret up by. The same text hashes differently for each purpose. */
  hash(secret: Secret, purpose: string): string;
};

export class SealBroken extends Error {
  override readonly name = 'SealBroken';

  constructor(associatedData: AssociatedData, options?: ErrorOptions) {
    super(
      `The sealed value at ${associatedData} does not open with this ENCRYPTION_KEY. Start the server with the key that it was sealed with.`,
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
 * Seals with AES-256-GCM. A sealed value reads `v1.<key id>.<nonce, ciphertext and tag in base64url>`; its associated
 * data is authenticated with it.
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

    seal(secret, associatedData) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(associatedData));
      const ciphertext = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString('base64url');
    },

    open(sealed, associatedData) {
      if (!sealed.startsWith(prefix)) throw new SealBroken(associatedData);
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
      if (bytes.length < nonceBytes + tagBytes) throw new SealBroken(associatedData);
      try {
        const decipher = createDecipheriv(algorithm, sealingKey, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(Buffer.from(associatedData))
          .setAuthTag(bytes.subarray(-tagBytes));
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
        return new Secret(text.toString('utf8'));
      } catch (cause) {
        throw new SealBroken(associatedData, { cause });
      }
    },

    hash(secret, purpose) {
      return createHmac('sha256', hashingKey).update(`${purpose}\n${secret.reveal()}`).digest('hex');
    },
  };
};
