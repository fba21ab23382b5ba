/** Which blocks a workspace does not take. */
export interface RefusedBlockStore {
  /** Kinds of blocks that a workspace does not take. */
  refusedBlocks(workspace: string): Promise<string[]>;
  /** Remembers for good that a workspace does not take a kind of block. */
  refuseBlock(refused: { workspace: string; block: string; at: number }): Promise<void>;
}
