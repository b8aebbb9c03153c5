import { error } from "@sveltejs/kit";
import { ApiError } from "parlor-client";
import type { Board, Drink } from "$lib/board";
import { api } from "$lib/parlor";
import type { PageServerLoad } from "./$types";

export const load: PageServerLoad = async ({ params }) => {
  try {
    const [board, drinks] = await Promise.all([
      api.session<Board>(params.id),
      api.request<Drink[]>("GET", "/game/drinks"),
    ]);
    return { board, drinks };
  } catch (problem) {
    if (problem instanceof ApiError) error(problem.status || 502, problem.message);
    throw problem;
  }
};
