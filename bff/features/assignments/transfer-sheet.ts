/** H5: 调房划拨清单, applicants and the homes assigned to them, one to one. */
import type { SheetOut } from '../../documents/write-workbook';
import type { Kernel } from '../../kernel';
import { maskName, maskPhone } from '../../security/masking';
import { formatInstant } from '../../../shared/shanghai-time';
import { addressOf } from '../selection/receipt';

const PAGE = 500;
const kindLabels = { lowFloor: '调至低楼层', topFloor: '调至顶层', smaller: '以大换小' } as const;

/** The assigned transfers of a district, read page by page. */
export function transferSheet(kernel: Pick<Kernel, 'store' | 'crypto'>, district: string): SheetOut {
  return {
    name: '调房划拨清单',
    columns: [{ title: '申请编号', width: 30 }, { title: '申请人', width: 12 }, { title: '联系电话', width: 16 }, { title: '调整类型', width: 12 }, { title: '原住房', width: 36 }, { title: '划拨住房', width: 36 }, { title: '申请时间', width: 20 }],
    batches: pages(kernel, district),
  };
}

async function* pages(kernel: Pick<Kernel, 'store' | 'crypto'>, district: string): AsyncGenerator<string[][]> {
  let lastId: string | null = null;
  for (;;) {
    const { rows, next }: { rows: string[][]; next: string | null } = await kernel.store.read(async (tx) => {
      const after = lastId === null ? null : await tx.transfers.get(lastId);
      const found = await tx.transfers.find({ district, state: 'assigned' }, { sort: [['requestedAtMs', 'asc']], limit: PAGE, ...(after === null ? {} : { after }) });
      const page: string[][] = [];
      for (const transfer of found) {
        const [household, from, to] = [await tx.households.get(transfer.householdId), await tx.listings.get(transfer.fromListingId), await tx.listings.get(transfer.toListingId ?? '')];
        if (household === null || from === null || to === null) continue;
        page.push([transfer.id, maskName(kernel.crypto.open(household.applicantSealed)), maskPhone(kernel.crypto.open(household.phoneSealed)), kindLabels[transfer.kind], addressOf(from), addressOf(to), formatInstant(transfer.requestedAtMs)]);
      }
      return { rows: page, next: found.length < PAGE ? null : (found.at(-1)?.id ?? null) };
    });
    if (rows.length > 0) yield rows;
    if (next === null) return;
    lastId = next;
  }
}
