// The workflows of the two documents that Relay was planned from, letter by letter: what people paste.

export const FIRST_SEED = `steps:
  - name: describe-instances
    image: projectnebula/ec2-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
`;

export const SECOND_SEED = `steps:
  - name: describe-instances
    image: relaysh/ec2-step-describe-instances
    spec:
      aws:
        connection: !Connection { type: aws, name: my-aws-account }
`;
