import { api } from "$lib/parlor";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = () => api.sessions({ game: "scoreboard", limit: 20 });
