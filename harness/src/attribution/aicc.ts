/** A model of more parameters must be better by this (Burnham, Anderson, 2002, 2.6: "considerably less" support). */
export const AICC_EVIDENCE = 6;

/**
 * Akaike's criterion for a least-squares fit to few rows; the lower, the better. Source: Hurvich, Tsai, Biometrika 76, 1989.
 * @param squares - sum of the residuals' squares, above 0
 * @param rows - more than `parameters` + 1
 */
export function aicc(squares: number, rows: number, parameters: number): number {
  return (
    rows * Math.log(squares) +
    2 * parameters +
    (2 * parameters * (parameters + 1)) / (rows - parameters - 1)
  );
}
