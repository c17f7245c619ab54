// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubectlException;

/** An identity cannot be borrowed; the message says why and what to do. */
@SuppressWarnings("serial")
final class CannotBorrowException extends Exception {

    CannotBorrowException(String message) {
        super(message);
    }

    /** That kubectl failed while podid did this, maybe with one object. */
    static CannotBorrowException of(KubectlException failure, String what, String object, String namespace) {
        String remedy = switch (failure.kind()) {
            case FORBIDDEN -> grant(failure, object, namespace);
            case NOT_FOUND ->
                "Look what there is: kubectl get deploy,sts,ds,cronjob,pod,sa --namespace " + namespace
                        + ", or name another --namespace";
            default -> failure.kind().remedy();
        };
        return new CannotBorrowException("While podid " + what + ", kubectl said:\n  "
                + failure.message().replace("\n", "\n  ") + "\n" + remedy);
    }

    /** The least that allows it, for the user who was refused. */
    private static String grant(KubectlException failure, String object, String namespace) {
        return failure.denied().stream()
                .findFirst()
                .map(denied -> "User \"" + denied.user() + "\" needs the verb \"" + denied.verb() + "\" on "
                        + denied.qualifiedResource() + " in namespace " + namespace + "."
                        + (denied.resource().equals("serviceaccounts/token")
                                ? " Who has that can be the account, in Azure and in the cluster, so it is for few."
                                : "")
                        + " Whoever administers it runs this:\n  "
                        + denied.writeGrant("run", denied.qualifiedResource(), object))
                .orElse(failure.kind().remedy());
    }
}
