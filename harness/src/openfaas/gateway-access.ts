/** Where an OpenFaaS gateway (or a provider spoken to directly) answers, and how to log in. */
export interface GatewayAccess {
  /** Without a slash at the end. */
  url: string;
  username?: string;
  /** Never in arguments, logs or run files. */
  password?: string;
}
