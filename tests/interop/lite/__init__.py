"""A lite server that lies: ADNL on both sides, a real lite server behind it. Shares no code with src/ or devnet/."""
