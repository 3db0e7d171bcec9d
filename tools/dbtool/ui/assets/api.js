// The data of a view. Its address is relative to this file's, which has the token in it.

export async function load(name, parameters = {}, signal = undefined) {
  const address = new URL(`api/${name}`, import.meta.url);
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== '' && value !== undefined && value !== null) address.searchParams.set(key, value);
  }
  let response;
  try {
    response = await fetch(address, { signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('dbtool ui does not answer any more: start it again, and open its new address');
  }
  if (response.status === 414) throw new Error('this filter is too long for an address');
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error.message);
  return answer;
}
