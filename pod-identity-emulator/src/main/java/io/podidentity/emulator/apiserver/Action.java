package io.podidentity.emulator.apiserver;

/**
 * What somebody wants to do.
 *
 * @param subresource empty for the object itself
 * @param namespace empty for all of them, and for kinds without one
 * @param name empty for all objects
 * @param path of something that is no object; else empty
 */
record Action(
        String verb, String group, String resource, String subresource, String namespace, String name, String path) {

    static Action onPath(String verb, String path) {
        return new Action(verb, "", "", "", "", "", path);
    }

    /** As roles name it, such as {@code serviceaccounts/token}. */
    String fullResource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }

    /** That a user cannot do it, as the API server says it. */
    String deniedTo(ApiUser user) {
        String who = "User \"" + user.name() + "\" cannot " + verb;
        if (!path.isEmpty()) {
            return who + " path \"" + path + "\"";
        }
        return who + " resource \"" + fullResource() + "\" in API group \"" + group + "\" "
                + (namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"");
    }
}
