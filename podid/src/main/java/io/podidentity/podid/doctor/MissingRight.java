package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.KubectlFailure;
import io.podidentity.podid.kubectl.KubectlFailure.Denied;
import java.util.List;
import java.util.Optional;

/**
 * What the user may not see, and the right that would show it.
 *
 * @param what kinds, in words
 * @param why in kubectl's own words, one line
 * @param remedy the command that makes a role for it, where a role is what is missing
 */
record MissingRight(String what, String why, Optional<String> remedy) {

    static MissingRight of(String what, KubectlFailure failure) {
        String why = failure.message().lines().findFirst().orElse("");
        return new MissingRight(what, why, failure.denied().map(MissingRight::role));
    }

    /** As above, of several kinds at once. */
    static MissingRight of(String what, KubectlFailure failure, List<String> kinds) {
        MissingRight one = of(what, failure);
        return new MissingRight(what, one.why(), failure.denied().map(denied -> role(denied, String.join(",", kinds))));
    }

    /** Whoever may make roles can paste it. */
    static String role(Denied denied) {
        String resource = denied.resource() + (denied.group().isEmpty() ? "" : "." + denied.group());
        return role(denied, slashed(resource, denied));
    }

    private static String role(Denied denied, String resources) {
        boolean everywhere = denied.namespace().isEmpty();
        String place = everywhere ? "" : " -n " + denied.namespace();
        String role = everywhere ? "clusterrole" : "role";
        String verbs = denied.verb().equals("create") ? "create" : "get,list";
        return "kubectl create " + role + " podid-doctor-" + denied.resource().replace('/', '-') + place + " --verb="
                + verbs + " --resource=" + resources + " && kubectl create " + role
                + "binding podid-doctor-"
                + denied.resource().replace('/', '-') + place + " --" + role + "=podid-doctor-"
                + denied.resource().replace('/', '-') + " --user=" + denied.user();
    }

    /** kubectl writes the group between the resource and its subresource. */
    private static String slashed(String resource, Denied denied) {
        int slash = denied.resource().indexOf('/');
        return slash < 0 || denied.group().isEmpty()
                ? resource
                : denied.resource().substring(0, slash) + "." + denied.group()
                        + denied.resource().substring(slash);
    }
}
