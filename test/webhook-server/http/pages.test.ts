import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { HookPage } from '../../../contract/hook.ts';
import { PersonList, PersonPage, unnamedPerson } from '../../../contract/person.ts';
import { everyStore } from '../../support/every-store.ts';
import { startHttp } from '../../support/started-http.ts';

const userId = (index: number) => `3c90c3cc-0d44-4b50-8888-${String(index).padStart(12, '0')}`;

for (const { name, describe, begin } of everyStore) {
  describe(`lists over ${name}`, () => {
    let http: Awaited<ReturnType<typeof startHttp>>;
    beforeEach(async () => {
      const ground = await begin();
      http = await startHttp({ openStore: (clock) => ground.open(clock) });
    });
    afterEach(() => http.close());

    const get = (path: string) => http.call('GET', path, http.keys.full);

    const subscribe = async (index: number): Promise<string> => {
      const body = { target_url: `https://hooks.zapier.com/hooks/standard/1/zap${index}/`, event: 'task.reassigned' };
      return (await http.call('POST', '/hooks', http.keys.full, body)).json.id;
    };

    test('all hooks come to whoever asks for no page, and otherwise one page with a way on', async () => {
      const ids: string[] = [];
      for (let made = 0; made < 23; made += 1) ids.unshift(await subscribe(made));
      expect((await get('/hooks')).json.items.map(({ id }: { id: string }) => id)).toEqual(ids);
      expect(Object.keys((await get('/hooks?cachebuster=1')).json)).toEqual(['items']);
      const read: string[] = [];
      let before = '';
      for (;;) {
        const page = HookPage.parse((await get(`/hooks?limit=11${before}`)).json);
        read.push(...page.items.map(({ id }) => id));
        if (!page.has_more) break;
        before = `&before=${page.items.at(-1)?.id}`;
      }
      expect(read).toEqual(ids);
      const refused = await get('/hooks?before=hok_unknown');
      expect([refused.status, ErrorBody.parse(refused.json).error.field]).toEqual([400, 'before']);
    });

    test('everybody comes to whoever asks for no page, and otherwise one page or those who are looked for', async () => {
      const people = Array.from({ length: 1_000 }, (_, index) => ({
        ...unnamedPerson(userId(index)),
        name: `Person ${String(index).padStart(4, '0')}`,
        email: index === 700 ? 'ada@example.com' : null,
        is_away: false,
      }));
      await http.call(
        'POST',
        '/people/import',
        http.keys.full,
        people.map(({ user_id, name, email }) => ({ user_id, name, email })),
      );
      expect(PersonList.parse((await get('/people')).json).items).toEqual(people);
      const page = PersonPage.parse((await get(`/people?limit=3&after=${userId(500)}`)).json);
      expect(page).toEqual({ items: people.slice(501, 504), has_more: true });
      expect(PersonPage.parse((await get('/people?q=ADA%40')).json)).toEqual({ items: [people[700]], has_more: false });
      expect((await get('/people?q=person+07&limit=2')).json).toEqual({
        items: people.slice(700, 702),
        has_more: true,
      });
      const refused = await get(`/people?after=${userId(5_000)}`);
      expect([refused.status, ErrorBody.parse(refused.json).error.field]).toEqual([400, 'after']);
    });
  });
}
