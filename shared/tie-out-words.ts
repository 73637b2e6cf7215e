// What a tie-out finds of a project, in words.
export const tieOutWords: Readonly<Record<string, string>> = {
  held: 'Held',
  'more-than-sold': 'More delivered than sold',
  'to-bill': 'To be billed',
  'on-no-invoice': 'Told to be billed, but on no invoice',
  'billed-ahead': 'Billed ahead of delivery',
  'to-be-paid': 'To be paid by the customer',
  rounding: 'Rounding: one system prices minutes, another hours with decimals',
};
