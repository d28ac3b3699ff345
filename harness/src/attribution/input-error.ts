/** Input that attribution can't take; `field` names the place, such as `samples[0].timeUs`. */
export class AttributionInputError extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(`${field}: ${message}`);
    this.name = 'AttributionInputError';
  }
}
