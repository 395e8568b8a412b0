/** How a file is sent to a boot loader. */
export const transferProtocols = [
  /** 1024-byte blocks with CRC, name and size before them: U-Boot's `loady`. */
  'ymodem',
  /** 128-byte blocks, CRC or checksum as the receiver asks: U-Boot's `loadx`. */
  'xmodem',
  /** X-modem with blocks of 1024 bytes. */
  'xmodem-1k',
] as const;
export type TransferProtocol = (typeof transferProtocols)[number];
