// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One way to get a token. The contract that decides everything: {@link Unavailable} means "not mine, try the next"; an
 * exception means "mine, and it failed", and stops the chain; {@link Silent} means "mine, and nobody answered": the
 * next may stand in for now.
 *
 * <p><i>Thread-safety:</i> implementations must be safe for use by several threads; calls for different requests run
 * at the same time.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenSource {

    /**
     * Gets a token.
     *
     * @param request what is asked for; its deadline is never empty here and is what is left of the caller's
     * @return the token, or why this source cannot even try
     * @throws TokenAcquisitionException if it was this source's job and it failed; anything else that is thrown, also
     *     an error or an undeclared checked exception, is such a failure too, told by its class and without its text
     * @throws InterruptedException if the thread was interrupted, which is how a call that nobody waits for any more is
     *     ended
     */
    Outcome acquire(TokenRequest request) throws InterruptedException;

    /**
     * {@return the name for people, such as {@code Azure CLI}; unless overridden the class's simple name, and for a
     * lambda or another class without a name of its own {@code token source in} the class where it is written}
     */
    default String name() {
        Class<?> type = getClass();
        String name = type.getSimpleName();
        if (type.isHidden() || name.isEmpty()) {
            return "token source in ".concat(type.getName().replaceFirst("[$/].*", ""));
        }
        return name;
    }

    /**
     * Whose account this source reads, for a source whose user may change while the program runs, as {@code az login}
     * does. The provider compares it once a second, while the token is in use, by {@code equals}: when it is another
     * one, the token is not handed out any more, and the source is asked again. A source that wraps another one passes
     * on that of the other one.
     *
     * @return what is another one once the account was changed, such as the time and the size of the file that says who
     *     is signed in; quick to have, without a call to a service. Null, as by default, for a source without such an
     *     account
     */
    default @Nullable Object account() {
        return null;
    }

    /** What a source answers. */
    sealed interface Outcome permits Acquired, Unavailable, Silent {}

    /** The source got a token. */
    final class Acquired implements Outcome {
        private final AccessToken token;
        private final String caveat;
        private final boolean caeAware;

        /**
         * The answer of a source that got a token.
         *
         * @param token a token for the resource that was asked for
         * @throws NullPointerException if {@code token} is null
         */
        public Acquired(AccessToken token) {
            this(token, "");
        }

        /**
         * The answer of a source that got a token with something to say against it.
         *
         * @param token a token for the resource that was asked for
         * @param caveat what speaks against the identity that it is for, one sentence without a full stop, such as that
         *     others have it too; empty for nothing
         * @throws NullPointerException if a part is null
         */
        public Acquired(AccessToken token, String caveat) {
            this(token, caveat, false);
        }

        /**
         * The answer of a source that passes {@link TokenRequest#caeEnabled()} on.
         *
         * @param token a token for the resource that was asked for
         * @param caveat what speaks against the identity that it is for, as above; empty for nothing
         * @param caeAware whether the issuer is told which programs handle claims challenges, so that these have tokens
         *     of their own. Where it is false, one token is for all programs
         * @throws NullPointerException if a part is null
         */
        public Acquired(AccessToken token, String caveat, boolean caeAware) {
            this.token = requireNonNull(token, "token");
            this.caveat = requireNonNull(caveat, "caveat");
            this.caeAware = caeAware;
        }

        /** {@return whether programs that handle claims challenges get another token than other programs} */
        public boolean caeAware() {
            return caeAware;
        }

        /** {@return what speaks against the token's identity, one sentence without a full stop; mostly empty} */
        public String caveat() {
            return caveat;
        }

        /** {@return the token} */
        public AccessToken token() {
            return token;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Acquired acquired
                    && token.equals(acquired.token)
                    && caveat.equals(acquired.caveat)
                    && caeAware == acquired.caeAware;
        }

        @Override
        public int hashCode() {
            return token.hashCode();
        }

        @Override
        public String toString() {
            if (caveat.isEmpty()) {
                return "Acquired[" + token + "]";
            }
            return "Acquired[" + token + ", " + caveat + "]";
        }
    }

    /** The source does not apply here: the tool is not installed, nobody is logged in, no such service answers. */
    final class Unavailable implements Outcome {
        private final String reason;
        private final String remedy;

        /**
         * The answer of a source that does not apply.
         *
         * @param reason why, one sentence without a full stop and without any secret, such as {@code az is not
         *     installed}
         * @param remedy what to do if this source was meant, one command or setting; may be empty
         * @throws NullPointerException if a part is null
         */
        public Unavailable(String reason, String remedy) {
            this.reason = requireNonNull(reason, "reason");
            this.remedy = requireNonNull(remedy, "remedy");
        }

        /** {@return why, one sentence without a full stop} */
        public String reason() {
            return reason;
        }

        /** {@return what to do if this source was meant; may be empty} */
        public String remedy() {
            return remedy;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Unavailable unavailable
                    && reason.equals(unavailable.reason)
                    && remedy.equals(unavailable.remedy);
        }

        @Override
        public int hashCode() {
            return reason.hashCode();
        }

        @Override
        public String toString() {
            return "Unavailable[" + reason + ". " + remedy + "]";
        }
    }

    /**
     * The source belongs here, and nobody answered in its share of the time. The next one is asked, but a token of it
     * only stands in: this source is asked again whenever a token is needed. Where no other one has a token the call
     * fails with {@link TokenAcquisitionException.Code#SERVICE_UNAVAILABLE}, which is transient.
     */
    final class Silent implements Outcome {
        private final String reason;
        private final String remedy;

        /**
         * The answer of a source whose service did not answer.
         *
         * @param reason what happened, one sentence without a full stop and without any secret
         * @param remedy what to do if it stays so, one command or setting; may be empty
         * @throws NullPointerException if a part is null
         */
        public Silent(String reason, String remedy) {
            this.reason = requireNonNull(reason, "reason");
            this.remedy = requireNonNull(remedy, "remedy");
        }

        /** {@return what happened, one sentence without a full stop} */
        public String reason() {
            return reason;
        }

        /** {@return what to do if it stays so; may be empty} */
        public String remedy() {
            return remedy;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Silent silent && reason.equals(silent.reason) && remedy.equals(silent.remedy);
        }

        @Override
        public int hashCode() {
            return reason.hashCode();
        }

        @Override
        public String toString() {
            return "Silent[" + reason + ". " + remedy + "]";
        }
    }
}
