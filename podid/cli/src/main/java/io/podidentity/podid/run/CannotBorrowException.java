// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Denied;

/** An identity cannot be borrowed; the message says why and what to do. */
@SuppressWarnings("serial")
final class CannotBorrowException extends Exception {

    private static final String CREATE_TOKEN = "serviceaccounts/token";

    CannotBorrowException(String message) {
        super(message);
    }

    /**
     * Says that kubectl failed.
     *
     * @param action what podid did then, such as {@code reads pod/orders}
     * @param object the name of the object that was asked for; empty for none
     */
    static CannotBorrowException ofKubectl(KubectlException failure, String action, String object, String namespace) {
        return new CannotBorrowException("While podid " + action + ", kubectl said:\n  "
                + failure.message().replace("\n", "\n  ") + "\n" + findRemedy(failure, object, namespace));
    }

    private static String findRemedy(KubectlException failure, String object, String namespace) {
        return switch (failure.kind()) {
            case FORBIDDEN ->
                failure.denied().stream()
                        .findFirst()
                        .map(denied -> describeGrant(denied, object, namespace))
                        .orElse(failure.kind().remedy());
            case NOT_FOUND ->
                "Look what there is: kubectl get deploy,sts,ds,cronjob,pod,sa --namespace " + namespace
                        + ", or name another --namespace";
            default -> failure.kind().remedy();
        };
    }

    /** The least that allows it, for the user who was refused. */
    private static String describeGrant(Denied denied, String object, String namespace) {
        String warning = "";
        if (denied.resource().equals(CREATE_TOKEN)) {
            warning = " Who has that can be the account, in Azure and in the cluster, so it is for few.";
        }
        return "User \"" + denied.user() + "\" needs the verb \"" + denied.verb() + "\" on "
                + denied.qualifiedResource()
                + " in namespace " + namespace + "." + warning + " Whoever administers it runs this:\n  "
                + denied.writeGrant("run", denied.qualifiedResource(), object);
    }
}
