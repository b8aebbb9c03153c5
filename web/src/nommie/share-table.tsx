/** The link to a table: to play while a seat is free, to watch otherwise. */
import { Dialog } from "../ui/dialog";
import { LinkBox } from "../ui/link-box";
import { tablePath } from "./links";

interface ShareTableProps {
  readonly id: string;
  readonly onClose: () => void;
}

export default function ShareTable({ id, onClose }: ShareTableProps) {
  return (
    <Dialog title="Share this table" onClose={onClose}>
      <LinkBox
        label="Link to the table"
        link={window.location.origin + tablePath(id)}
        hint="Whoever opens it takes a free seat, or watches. Nobody sees your cards."
      />
    </Dialog>
  );
}
