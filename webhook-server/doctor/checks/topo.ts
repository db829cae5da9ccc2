import type { Config } from '../../config.ts';
import { isTopo, type TopoReach } from '../../reach-topo.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'Topo';

/** Whether Topo answers where TOPO_API_URL points. */
export const checkTopo = ({ topoApiUrl }: Config, reach: TopoReach): Finding => {
  if (reach.kind === 'silent') {
    const next = 'Check TOPO_API_URL, and whether this machine reaches the internet.';
    return wrong(check, `${topoApiUrl} does not answer (${reach.reason}). ${next}`);
  }
  if (isTopo(reach.status)) return ok(check, `${topoApiUrl} answers.`);
  if (reach.status >= 500)
    return warning(check, `${topoApiUrl} answers ${reach.status}: Topo may be down. Try again later.`);
  return wrong(check, `${topoApiUrl} does not answer as Topo does (${reach.status}). Check TOPO_API_URL.`);
};
