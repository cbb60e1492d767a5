/** What is shown of a file handed in: its name is the family's own text, so it is sealed at rest. */
import { attachmentKinds } from '../../../shared/contract/application-schemas';
import type { AnswerOf } from '../../../shared/contract/routes';
import type { Kernel } from '../../kernel';
import type { Attachment } from '../../store/collections';
import type { Tx } from '../../store/port';

type View = AnswerOf<'getMyApplication'>['attachments'][number];

export function attachmentView(kernel: Pick<Kernel, 'crypto'>, { id, kind, nameSealed, contentType, bytes, uploadedAtMs, scan }: Attachment): View {
  return { id, kind: attachmentKinds.find((one) => one === kind) ?? 'other', name: kernel.crypto.open(nameSealed), contentType, bytes, uploadedAtMs, scan };
}

/** The files of an application, oldest first; removed ones are not among them. */
export async function attachmentsOf(kernel: Pick<Kernel, 'crypto'>, tx: Tx, applicationId: string): Promise<View[]> {
  const found = await tx.attachments.find({ applicationId }, { sort: [['uploadedAtMs', 'asc']] });
  return found.filter(({ state }) => state === 'kept').map((attachment) => attachmentView(kernel, attachment));
}
