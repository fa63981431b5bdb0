import { connectorContract } from '../connectors/contract/connector-contract.js';
import { realTryton } from './tryton-kit.js';

connectorContract('tryton, against a real one', realTryton);
