/** "Microsoft Graph Command Line Tools", which every tenant has without anybody registering it. */
const PRE_REGISTERED = ["14d82eec-204b-4c2f-b7e8-296a70dab67e"];

/** Whether this client is the software's own, and no application of the tenant's. */
export const isPreRegistered = (clientId: string) => PRE_REGISTERED.includes(clientId);
