/**
 * The official holiday notices known when this was written (国务院办公厅关于部分节假日安排的通知): 2025 is
 * 国办发明电〔2024〕12号, 2026 is 国办发明电〔2025〕7号. Later years are loaded by the administrator as they are published.
 */
import type { Festival } from '../bff/domain/time/working-days';

export interface DefaultYear {
  readonly year: number;
  readonly source: string;
  readonly festivals: readonly Festival[];
}

const festival = (name: string, firstDay: string, lastDay: string, ...makeUpDays: string[]): Festival => ({ name, firstDay, lastDay, makeUpDays });

export const defaultCalendar: readonly DefaultYear[] = [
  {
    year: 2025, source: '国办发明电〔2024〕12号',
    festivals: [
      festival('元旦', '2025-01-01', '2025-01-01'),
      festival('春节', '2025-01-28', '2025-02-04', '2025-01-26', '2025-02-08'),
      festival('清明节', '2025-04-04', '2025-04-06'),
      festival('劳动节', '2025-05-01', '2025-05-05', '2025-04-27'),
      festival('端午节', '2025-05-31', '2025-06-02'),
      festival('国庆节、中秋节', '2025-10-01', '2025-10-08', '2025-09-28', '2025-10-11'),
    ],
  },
  {
    year: 2026, source: '国办发明电〔2025〕7号',
    festivals: [
      festival('元旦', '2026-01-01', '2026-01-03', '2026-01-04'),
      festival('春节', '2026-02-15', '2026-02-23', '2026-02-14', '2026-02-28'),
      festival('清明节', '2026-04-04', '2026-04-06'),
      festival('劳动节', '2026-05-01', '2026-05-05', '2026-05-09'),
      festival('端午节', '2026-06-19', '2026-06-21'),
      festival('中秋节', '2026-09-25', '2026-09-27'),
      festival('国庆节', '2026-10-01', '2026-10-07', '2026-09-20', '2026-10-10'),
    ],
  },
];
